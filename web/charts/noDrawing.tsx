/** In place of a drawing whose script did not come: the page stays, and so do the figures. */
export function NoDrawing() {
  return (
    <p className="chart-empty muted">
      The drawing could not be loaded. The table has the same figures; loading the page again tries anew.
    </p>
  );
}
