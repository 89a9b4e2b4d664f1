const { pbkdf2, createHash, randomBytes } = require('crypto');
const { gzip, gunzipSync } = require('zlib');
pbkdf2('p', 's', 1000, 16, 'sha512', (error, key) => console.log('key', key.toString('hex')));
setTimeout(() => gzip('text', (error, packed) => console.log(gunzipSync(packed).toString())), 50);
console.log(createHash('sha256').update('x').digest('hex'), randomBytes(8).length);
