// Imported first and written for any Node that knows modules: an old one gets this line instead of a syntax error.
var wanted = [20, 19];
var found = process.versions.node.split('.').map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    'Stampede needs Node ' +
      wanted.join('.') +
      ' or newer; this is ' +
      process.version +
      '. Install it and try again.',
  );
  process.exit(1);
}
