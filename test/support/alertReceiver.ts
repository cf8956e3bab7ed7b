import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  path: string;
}

/** How one request is answered; `hang`: not at all. */
export type Answer = number | 'hang' | ((response: ServerResponse, received: Received) => void);

/** Somebody whom alerts are sent to, over real HTTP; gone with the test. Answers by `answers` in turn, then with 200. */
export async function alertReceiver() {
  const received: Received[] = [];
  const answers: Answer[] = [];
  const listeners = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const one = { headers: request.headers, text: Buffer.concat(chunks).toString(), path: request.url ?? '' };
    received.push(one);
    const answer = answers.shift() ?? 200;
    if (typeof answer === 'function') answer(response, one);
    else if (answer !== 'hang') response.writeHead(answer).end('ok');
    for (const listen of listeners) listen();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    /** Resolves when so many have come in all. */
    async until(count: number): Promise<void> {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          listeners.add(resolve);
        });
      }
    },
  };
}
