const http = require('http');
const server = http.createServer((request, response) => response.end(`you asked ${request.url}`));
server.listen('/tmp/socket', () => {
  http.get({ socketPath: '/tmp/socket', path: '/x' }, (response) => {
    response.setEncoding('utf8').on('data', (text) => console.log(response.statusCode, text)).on('end', () => server.close());
  });
});
server.on('error', (error) => console.log(error.code));
