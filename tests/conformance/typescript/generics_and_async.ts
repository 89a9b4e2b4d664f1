type Handler<T> = (value: T) => Promise<void>;
class Bus<Events extends Record<string, unknown>> {
  readonly #handlers = new Map<keyof Events, Handler<any>[]>();
  on<K extends keyof Events>(name: K, handler: Handler<Events[K]>): this { this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]); return this; }
  async emit<K extends keyof Events>(name: K, value: Events[K]): Promise<void> { for (const handler of this.#handlers.get(name) ?? []) await handler(value); }
}
function* numbers(limit: number): Generator<number, void, undefined> { for (let n = 0; n < limit; n++) yield n; }
const bus = new Bus<{ add: number }>().on('add', async (n) => { await null; console.log(n ** 2); });
(async () => { for (const n of numbers(3)) await bus.emit('add', n); console.log(bus); })();
