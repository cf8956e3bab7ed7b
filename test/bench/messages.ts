/** Told of one message after the other on a connection. */
export interface MessageHandler {
  /** The first line and the headers, as they came. */
  head(head: string): void;
  /** Bytes of the body; of a chunked one with its frames. */
  body(bytes: Buffer): void;
  end(): void;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = '\r\n0\r\n\r\n';
const bodyless = /^(GET|HEAD) |^HTTP\/1\.1 (1\d\d|204|304)/;

/**
 * Reads HTTP/1.1 messages of which we know the writer: enough for the load and the provider of a benchmark, at a fraction
 * of the time of a whole parser, which would take the processor from what is measured. One message at a time: no pipelining.
 */
export class Messages {
  private readonly handler: MessageHandler;
  private head: Buffer | null = null;
  /** Bytes of the body still to come; null: chunked, and over with its last chunk. */
  private left: number | null = 0;
  private tail = '';
  private inBody = false;

  constructor(handler: MessageHandler) {
    this.handler = handler;
  }

  feed(bytes: Buffer): void {
    if (this.inBody) this.feedBody(bytes);
    else this.feedHead(bytes);
  }

  private feedHead(bytes: Buffer): void {
    const all = this.head ? Buffer.concat([this.head, bytes]) : bytes;
    const end = all.indexOf(headEnd);
    if (end < 0) {
      this.head = all;
      return;
    }
    this.head = null;
    const head = all.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.left = length !== undefined ? Number(length) : bodyless.test(head) ? 0 : null;
    // The first chunk follows a line end, as the last one does.
    this.tail = '\r\n';
    this.inBody = true;
    this.handler.head(head);
    this.feedBody(all.subarray(end + headEnd.length));
  }

  private feedBody(bytes: Buffer): void {
    if (bytes.length > 0) this.handler.body(bytes);
    if (this.left !== null) this.left -= bytes.length;
    else
      this.tail = (this.tail + bytes.toString('latin1', Math.max(0, bytes.length - lastChunk.length))).slice(
        -lastChunk.length,
      );
    if (this.left === null ? this.tail !== lastChunk : this.left > 0) return;
    this.inBody = false;
    this.handler.end();
  }
}
