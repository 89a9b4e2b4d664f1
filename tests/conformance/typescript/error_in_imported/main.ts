import { run } from './lib/deep';

run<string>('x');
