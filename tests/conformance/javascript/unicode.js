console.log('Привет, мир! 你好 🎉 ñ', 'é'.normalize('NFD').length, 'ß'.toUpperCase(), [...'👨‍👩‍👧'].length);
console.log('я'.localeCompare('а'), 'ёж'.toLocaleUpperCase('ru'), new Intl.NumberFormat('ru').format(1234567.5));
console.log('\ud800', Buffer.from('\ud800'), new TextDecoder().decode(new Uint8Array([0xff])));
