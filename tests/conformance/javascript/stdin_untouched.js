console.log(process.stdin.constructor.name, process.stdin.readableFlowing, process.stdin.fd);
