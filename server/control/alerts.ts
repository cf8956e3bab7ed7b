import { type AlertSource, alertsInput, alertTestInput, listAlerts, testAlert } from '../operations/alerts.ts';
import type { Operations } from '../operations/operations.ts';
import { operator, router, viewer } from './trpc.ts';

/** Where alerts go, what was told, and a test of it. */
export function alertsRouter(operations: Operations, source: AlertSource) {
  return router({
    list: viewer.input(alertsInput.prefault({})).query(({ input }) => listAlerts(operations, source, input.limit)),
    test: operator
      .input(alertTestInput)
      .mutation(({ ctx, input }) => testAlert(operations, { source, caller: ctx.caller }, input.name)),
  });
}
