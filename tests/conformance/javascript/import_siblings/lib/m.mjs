export default 'default';
export const name = 'm';
