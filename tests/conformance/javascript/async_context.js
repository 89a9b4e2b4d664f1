const { AsyncLocalStorage, AsyncResource } = require('async_hooks');
const storage = new AsyncLocalStorage();
storage.run('kept', () => setTimeout(() => Promise.resolve().then(() => console.log(storage.getStore())), 1));
console.log(storage.getStore(), new AsyncResource('R').runInAsyncScope(() => 'scope'));
