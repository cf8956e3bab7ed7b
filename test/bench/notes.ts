const plain =
  'The profiles below and a paired run of 4 rounds of 2 s on a busy machine, by thread, said where a request went beyond the proxy: the main thread 478 µs against 299 (of the profile, about a third in server/gateway and server/core, in functions of which the hottest has 4 %; no single cause is left), the writer of the record 77 µs, V8’s helper threads 47 against 14, the reader 15 (it asked what each provider has carried, five times a second, for the first minute after a start; of a new record it asks once now). ' +
  'Then the writer was profiled with the system’s own sampler, down to SQLite: a quarter of it was SQLite, 27 % the adding up of minutes, a tenth the reading of the message, 9 % the binding of values. Taken out: requests are counted into their minutes in place, combinations of a filter are found once for requests that are alike, and values are bound one by one. Three runs in turn of 100 batches of 200: 74, 74 and 66 µs a record before, 50, 41 and 44 after, and V8’s helpers of that thread 10 before, 5 after. ' +
  'Taken out before, in 9 paired rounds of 1.5 s: objects put together from two on the way of a request, and a whole answer written anew: 0.95 of the processor time before. ' +
  'Batches of records after 100 ms in place of 50: the writer alone, three runs in turn, took 54 µs a record in batches of 100 and 74 in batches of 50. ' +
  'Tried and dropped: a larger young generation, no parallel scavenging, one thread for the collector (1.10, 1.14 and 1.00 of the processor time, 5 rounds in turn); records as JSON in place of structured clones (12 µs there and back against 14); the provider’s body spread in place of a map (the same); indexes of the record in rising order in place of falling (four runs in turn: 45, 46, 35 and 31 µs a record against 40, 40, 36 and 33: within the spread).';

/** What explains a target that is missed, and what was tried, by the key of the target. Figures not in the tables are of the paired runs that are named with them. */
export const notes: Record<string, string> = {
  processor: plain,
  requests: 'On one core it is the other side of the processor time a request: see there.',
  added:
    'One at a time the wait is the processor time of one request (see there), each step colder than under load. On a disturbed machine the rounds lie further apart than the target is wide.',
  tail: 'Thirty-two callers who ask again at once wait for one another: the p99 grows with the processor time a request (see there), and the threads beside the main one are on the same core: a batch of the record is some milliseconds of it at once. These threads give way to the main one now (their niceness is 5 and 10 above its own), which V8’s helpers cannot be told.',
  portkey:
    'The bare proxy itself has less than ten times the requests of Portkey’s gateway on this machine (see `plain-1k-32`): no gateway on Node’s http and undici can reach it here.',
  portkeyAdded:
    'The bare proxy itself adds more than a tenth of what Portkey’s gateway adds on this machine (see `plain-1k-1`).',
  streams:
    'Five hundred streams at 20 ms are 25,000 chunks a second. At what a chunk costs the bare proxy (see `streams-500`) that is more than the core has: it too does not keep pace, is late with first tokens, and its gaps are beyond 60 ms. Where the core has room (`streams-300`) a chunk costs about the same on both sides. Sampled at 300 streams, 24 % of the main thread is the system’s own reading and writing of sockets, 28 % our way of the bytes of a chunk (the reading of events 21 %, of which the scanner is 10), and the rest Node’s and undici’s streams and HTTP; each chunk is one read, one scan and one write already, which is what the proxy has too. Chunks of one turn are written together.',
};
