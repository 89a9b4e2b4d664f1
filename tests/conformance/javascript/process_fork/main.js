const child = require('child_process').fork('./child.js', ['x']);
child.on('message', (message) => { console.log('parent got', message); child.send('bye'); });
child.on('exit', (code) => console.log('child ended', code));
