import 'nope';
