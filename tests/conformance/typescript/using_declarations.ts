class Resource implements Disposable { constructor(private name: string) {} [Symbol.dispose](): void { console.log('disposed', this.name); } }
{
  using first = new Resource('first');
  using second = new Resource('second');
  console.log('inside');
}
console.log('outside');
