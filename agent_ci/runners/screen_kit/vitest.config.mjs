// One project for each version of the sources, with the settings that it has of its own.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { folders } = JSON.parse(process.env.AGENT_CI_SCREEN);
const NAMES = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.${ending}`),
);

const project = (root, number) => {
  const own = NAMES.map((name) => `${root}/${name}`).find(existsSync);
  return { ...(own ? { extends: own } : {}), root, test: { root, name: `version ${number}` } };
};

export default {
  test: {
    projects: folders.map(project),
    reporters: [fileURLToPath(new URL('vitest.mjs', import.meta.url))],
  },
};
