const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => console.log(Buffer.concat(chunks)));
