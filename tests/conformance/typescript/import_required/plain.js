module.exports = ['plain', __filename];
