// `npm start`, `npm test` and the rest. Plain Node and nothing else, because it runs before anything is installed;
// and no syntax newer than Node 12 in this file, because its first work is to say that Node is too old.

const oldest = [20, 19, 0];

function isTooOld(version) {
  const parts = version.split('.').map(Number);
  for (let index = 0; index < oldest.length; index += 1) {
    if (parts[index] !== oldest[index]) return parts[index] < oldest[index];
  }
  return false;
}

if (isTooOld(process.versions.node)) {
  console.error(
    `Recloser needs Node.js ${oldest.join('.')} or newer; this is ${process.versions.node}. ` +
      'Install a newer Node.js (the current long-term release is a good choice) and run the same command again.',
  );
  process.exit(2);
}

import('./verbs.mjs').then(
  ({ runVerb }) => runVerb(process.argv.slice(2)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
