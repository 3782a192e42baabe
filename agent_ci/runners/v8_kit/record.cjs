// Runs inside the user's node, before any of its code: has V8 count what runs, and at the end writes the counts of the
// repository's scripts with their text as it was executed, which is not the file's where something translates it.
// Nothing in here may end or change the run: where it cannot record, it does not.
'use strict';

try {
  const fs = require('fs');
  const { Session } = require('inspector');
  const { threadId } = require('worker_threads');
  const { root, prefix } = JSON.parse(process.env.AGENT_CI_COVERAGE);
  const own = `${fs.realpathSync(root)}/`;
  const session = new Session();
  let isWritten = false;

  const ask = (method, parameters) => {
    let answer = {};
    session.post(method, parameters, (error, result) => {
      answer = error ? {} : result;
    });
    return answer;
  };

  const isOwn = ({ url }) => {
    const path = url.replace('file://', '');
    return path.startsWith(own) && !path.includes('/node_modules/');
  };

  const write = () => {
    if (isWritten) return;
    isWritten = true;
    try {
      const scripts = (ask('Profiler.takePreciseCoverage').result || []).filter(isOwn);
      for (const script of scripts) {
        script.source = ask('Debugger.getScriptSource', { scriptId: script.scriptId }).scriptSource;
      }
      if (scripts.length) {
        fs.writeFileSync(`${prefix}-${process.pid}-${threadId}.json`, JSON.stringify({ result: scripts }));
      }
    } catch {
      // what was counted is lost, and the run is not
    }
  };

  session.connect();
  ask('Profiler.enable');
  ask('Debugger.enable');
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  process.on('exit', write);
  if (threadId === 0) {
    process.on('SIGTERM', () => { // vitest ends its processes by it
      write();
      if (process.listenerCount('SIGTERM') === 1) process.exit(143);
    });
  }
} catch {
  // the same
}
