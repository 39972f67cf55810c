/** Plain JavaScript that old versions of Node can read as well: it runs before anything else. */
const oldest = [20, 19];

/** Ends the process with code 1 and one line where this Node is too old for busbar. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  process.stderr.write(
    `busbar needs Node ${oldest.join(".")} or later; this is Node ${process.versions.node} (${process.execPath}). See https://nodejs.org/en/download\n`,
  );
  process.exit(1);
}
