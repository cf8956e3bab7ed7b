/** What is not finished looks so: stripes of the ground over what is drawn. */
export function Hatching({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" fill="var(--line)" fillOpacity="0.35" />
        <rect width="2.5" height="5" fill="var(--panel)" />
      </pattern>
    </defs>
  );
}
