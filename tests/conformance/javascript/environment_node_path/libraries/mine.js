module.exports = 'mine';
