/** Loaded into the program: it hears a SIGHUP as soon as it listens for one, long before it serves. */
process.on('newListener', (name) => {
  if (name === 'SIGHUP') setImmediate(() => process.kill(process.pid, 'SIGHUP'));
});
