const moment = new Date(0);
console.log(String(moment), moment.getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions());
