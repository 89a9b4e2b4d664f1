const readline = require('readline');
const lines = readline.createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
lines.question('name? ', (name) => {
  console.log('hi', name);
  lines.prompt();
  lines.on('line', (line) => { console.log([line]); lines.prompt(); });
  lines.on('close', () => console.log('closed'));
});
