/** Reads what the gateway sent on one connection, byte by byte as the standards say, and believes nothing. */

export interface ReadAnswers {
  /** Whole answers, in order. */
  answers: { status: number; headers: Record<string, string>; body: string }[];
  /** Bytes of an answer that has not come to its end. */
  rest: number;
}

/** Throws an error that says what is malformed. `ended`: no more will come. */
export function readAnswers(bytes: Buffer, ended: boolean): ReadAnswers {
  const answers: ReadAnswers['answers'] = [];
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd < 0) break;
    const { status, headers } = readHead(bytes.toString('latin1', at, headEnd));
    const body = readBody(bytes, headEnd + 4, { status, headers, ended });
    if (!body) break;
    answers.push({ status, headers, body: body.bytes.toString('utf8') });
    at = body.end;
  }
  return { answers, rest: bytes.length - at };
}

/** Throws an error that says what a caller could not make sense of. */
export function checkAnswer({ status, headers, body }: ReadAnswers['answers'][number]): void {
  const type = headers['content-type'] ?? '';
  if (status === 100) return;
  if (body === '' && (status < 200 || status === 204)) return;
  if (type.startsWith('text/event-stream')) {
    checkStream(body);
    return;
  }
  const json = JSON.parse(body) as { error?: { message?: unknown; type?: unknown; code?: unknown } };
  if (json.error?.code === 'internal_error') throw new Error(`a defect of the gateway: ${body.slice(0, 300)}`);
  if (status < 400) return;
  if (typeof json.error?.message !== 'string' || typeof json.error.type !== 'string') {
    throw new Error(`an error without message or type: ${status} ${body.slice(0, 300)}`);
  }
}

/** Each event is JSON, and the last is `[DONE]` or an error, never both. */
function checkStream(body: string): void {
  const data = body.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
  const last = data.at(-1);
  const errors = data.filter((one) => one !== '[DONE]' && 'error' in (JSON.parse(one) as object));
  if (last === '[DONE]' && errors.length === 0) return;
  if (last !== undefined && errors.length === 1 && errors[0] === last) return;
  throw new Error(`a stream that ends neither whole nor in an error: …${body.slice(-300)}`);
}

function readHead(head: string): { status: number; headers: Record<string, string> } {
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(first)?.[1]);
  if (!status) throw new Error(`no status line: ${JSON.stringify(first.slice(0, 200))}`);
  const headers = lines.map((line): [string, string] => {
    const match = /^([!#$%&'*+.^_`|~\w-]+): ?([\x20-\x7e\x80-\xff]*)$/.exec(line);
    if (!match) throw new Error(`no header: ${JSON.stringify(line.slice(0, 200))}`);
    return [(match[1] ?? '').toLowerCase(), match[2] ?? ''];
  });
  return { status, headers: Object.fromEntries(headers) };
}

function readBody(
  bytes: Buffer,
  start: number,
  head: { status: number; headers: Record<string, string>; ended: boolean },
): { bytes: Buffer; end: number } | null {
  const { status, headers, ended } = head;
  if (status < 200 || status === 204) return { bytes: Buffer.alloc(0), end: start };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes, start);
  if (headers['content-length'] === undefined)
    return ended ? { bytes: bytes.subarray(start), end: bytes.length } : null;
  const end = start + Number(headers['content-length']);
  return end <= bytes.length ? { bytes: bytes.subarray(start, end), end } : null;
}

function readChunks(bytes: Buffer, start: number): { bytes: Buffer; end: number } | null {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`no chunk size: ${JSON.stringify(line.slice(0, 100))}`);
    const size = Number.parseInt(line, 16);
    const end = lineEnd + 2 + size;
    if (end + 2 > bytes.length) return null;
    if (bytes.toString('latin1', end, end + 2) !== '\r\n') throw new Error('a chunk without its end');
    if (size === 0) return { bytes: Buffer.concat(parts), end: end + 2 };
    parts.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
