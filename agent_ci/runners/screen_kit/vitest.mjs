// A reporter of vitest, from version 3 on.
import watch from './watch.cjs';

const states = (module) => [...module.children.allTests()].map((test) => test.result().state);

export default class {
  onTestModuleQueued(module) {
    watch.begun(module.moduleId);
  }

  onTestModuleEnd(module) {
    const all = states(module);
    const failed = all.filter((state) => state === 'failed').length + module.errors().length;
    watch.ended(module.moduleId, all.filter((state) => state === 'passed').length, failed);
  }
}
