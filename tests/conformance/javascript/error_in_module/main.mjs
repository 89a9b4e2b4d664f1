import { run } from './deep.mjs';
await run();
