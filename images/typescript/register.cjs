// Lets Node load TypeScript: `node --require /usr/lib/typescript/register.cjs main.ts`.
//
// Node can strip types itself, but knows neither imports without an extension nor decorators; and the
// usual loaders refuse a top-level await in a program without a package.json. So: SWC translates, Node's
// own hooks ask for it, and Node's own rules tell CommonJS from ES modules, with one addition: what is
// required becomes CommonJS, even when it says `import`, unless it awaits at its top level.
'use strict';

const { registerHooks } = require('node:module');

const { load } = require('./load.cjs');
const { resolve } = require('./resolve.cjs');

process.setSourceMapsEnabled(true);
registerHooks({ load, resolve });
