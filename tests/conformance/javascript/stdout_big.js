for (let i = 0; i < 20000; i++) console.log(i, 'x'.repeat(i % 50));
process.stdout.write('y'.repeat(200000) + '\n', () => process.exit(3));
