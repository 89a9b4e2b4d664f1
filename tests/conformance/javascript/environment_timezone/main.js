const moment = new Date(Date.UTC(2024, 6, 1, 12));
console.log(String(moment), moment.getHours(), Intl.DateTimeFormat().resolvedOptions().timeZone);
process.env.TZ = 'UTC';
console.log(moment.getHours());
