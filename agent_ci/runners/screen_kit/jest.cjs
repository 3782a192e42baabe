// A reporter of jest.
'use strict';

const { begun, ended } = require('./watch.cjs');

module.exports = class {
  onTestFileStart(test) {
    begun(test.path);
  }

  onTestFileResult(test, result) {
    ended(test.path, result.numPassingTests, result.numFailingTests + (result.testExecError ? 1 : 0));
  }
};
