// Tells how each version of the sources did, a line each, and ends the run where a test file goes on for too long.
'use strict';

const fs = require('node:fs');
const { Worker } = require('node:worker_threads');

const told = JSON.parse(process.env.AGENT_CI_SCREEN);
const turns = new Int32Array(new SharedArrayBuffer(4));

// The main thread may be in a loop without an end: another one looks at the time of the processor, which does not go
// faster where the machine does much else, and less closely at the time of the clock, for what only waits.
const GUARD = `
const { workerData: { turns, limit } } = require('node:worker_threads');
const pause = new Int32Array(new SharedArrayBuffer(4));
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
let turn = 0, cpu = 0, since = 0, most = 4 * limit;
for (;;) {
  Atomics.wait(pause, 0, 0, 50);
  const now = Atomics.load(turns, 0);
  if (now !== turn) [turn, cpu, since, most] = [now, used(), Date.now(), now > 2 ? limit : most];
  const isOver = used() - cpu > most || Date.now() - since > 4 * most;
  if (turn % 2 && isOver) process.kill(process.pid, 'SIGKILL');
}`;
new Worker(GUARD, { eval: true, workerData: { turns, limit: told.limit } }).unref();

const numberOf = (path) => Number(/^\d+/.exec(path.slice(told.root.length + 1)));
const used = () => { const { user, system } = process.cpuUsage(); return Math.round((user + system) / 1000); };
let cpu = 0;
const write = (line) => fs.appendFileSync(told.results, `${JSON.stringify(line)}\n`);

exports.begun = (path) => {
  cpu = used();
  Atomics.add(turns, 0, 1 + (Atomics.load(turns, 0) % 2)); // odd while a file runs
  write({ number: numberOf(path) });
};

exports.ended = (path, passed, failed) => {
  Atomics.add(turns, 0, Atomics.load(turns, 0) % 2);
  write({ number: numberOf(path), passed, failed, cpu: used() - cpu });
};
