import { fork } from 'child_process';
const child = fork('./child.ts');
child.on('message', (message: unknown) => console.log('got', message));
child.on('exit', (code: number | null) => console.log('ended', code));
