import type { Telling } from '../core/incidents/types.ts';
import { annotateInput, exportInput, incidentFilter, incidentInput } from '../operations/incidentInputs.ts';
import { annotate, exportIncident, getIncident, listIncidents } from '../operations/incidents.ts';
import type { Operations } from '../operations/operations.ts';
import { operator, router, viewer } from './trpc.ts';

/** Incidents, and what people write on them. */
export function incidentsRouter(operations: Operations, telling: () => Telling) {
  return router({
    telling: viewer.query(() => telling()),
    list: viewer.input(incidentFilter.prefault({})).query(({ input }) => listIncidents(operations, input)),
    get: viewer.input(incidentInput).query(({ input }) => getIncident(operations, input.id)),
    export: viewer.input(exportInput).query(({ input }) => exportIncident(operations, input)),
    annotate: operator.input(annotateInput).mutation(({ ctx, input }) => annotate(operations, ctx.caller, input)),
  });
}
