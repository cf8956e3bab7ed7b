#!/usr/bin/env node

/**
 * What `node` is given. The system looks names up in threads, half of libuv's, and a name that nobody answers for takes one
 * for ten seconds: of four threads, two such names would take all there are, and no other provider could be connected to.
 * How many there are has to be said before anything is read in one of them, as Node reads the modules of `main.ts`: hence a
 * file of its own, of the old kind of module, which is read without them.
 */
const NAME_LOOKUPS_AT_ONCE = 16;

process.env.UV_THREADPOOL_SIZE ??= String(2 * NAME_LOOKUPS_AT_ONCE);
// Asked to read its config again before it has done so once: it is about to.
if (process.argv[2] === 'start') process.on('SIGHUP', () => {});
void import('./main.js');
