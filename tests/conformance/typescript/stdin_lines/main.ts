import * as readline from 'readline';
const lines: string[] = [];
readline.createInterface({ input: process.stdin }).on('line', (line: string) => lines.push(line)).on('close', () => console.log(lines));
