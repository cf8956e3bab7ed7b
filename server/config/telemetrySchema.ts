import { named, number, oneOf, section } from './leaves.ts';
import { address, headerName, headerSafe, label } from './names.ts';

/** `telemetry`: where spans are sent. */
export const telemetrySchema = section({
  otlp: section({
    url: address(
      'an address such as http://127.0.0.1:4318/v1/traces: http or https, without user, query or #',
    ).describe('Where spans are posted to, with the whole path.'),
    headers: named(headerSafe('one line of printable characters'), headerName)
      .prefault({})
      .describe('Sent along, such as a key of the collector.'),
    protocol: oneOf('http/protobuf', 'http/json').prefault('http/protobuf').describe('How they are written.'),
  })
    .exactOptional()
    .describe('A collector that takes OTLP over HTTP. Left out, nothing is traced.'),
  sample: number(0, 1)
    .prefault(1)
    .describe(
      'Share of the traces that begin here and are kept; a caller that sends `traceparent` has said so itself.',
    ),
  serviceName: label.prefault('recloser').describe('`service.name` of the spans.'),
});
