// Packages as archives, made here, installed as ones that were uploaded would be.
const { execFileSync } = require('child_process');
const fs = require('fs');

const PACKAGE = {
  'package.json': JSON.stringify({
    name: 'greeter',
    version: '1.2.0',
    exports: { import: './main.mjs', require: './main.cjs' },
    bin: { greet: 'greet.cjs' },
  }),
  'main.cjs': 'module.exports = () => "hello by require";\n',
  'main.mjs': 'export default () => "hello by import";\n',
  'greet.cjs': '#!/usr/bin/env node\nconsole.log("hello by a command");\n',
};

function run(command, ...words) {
  return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

fs.mkdirSync('package');
for (const [name, text] of Object.entries(PACKAGE)) fs.writeFileSync(`package/${name}`, text);
run('tar', '-czf', 'greeter.tgz', 'package');
fs.rmSync('package', { recursive: true });

const untimed = (text) => text.replace(/ in \S+/g, '');
console.log(untimed(run('npm', 'install', './greeter.tgz')));
console.log(require('greeter')());
console.log(run('npx', 'greet'));
console.log(untimed(run('npm', 'install', '--global', './greeter.tgz')), run('greet'));
import('greeter').then((greeter) => console.log(greeter.default(), fs.readdirSync('.').sort(), fs.readdirSync('.local').sort()));
