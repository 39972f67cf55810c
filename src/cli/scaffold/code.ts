/** Packages first, then files. */
export function importLines(imports: readonly (readonly [what: string, from: string])[]): string {
  const [files, packages] = [true, false].map((isFile) => imports.filter(([, from]) => from.startsWith(".") === isFile));
  return [...packages!, ...files!].map(([what, from]) => `import ${what} from "${from}";\n`).join("");
}

/** Text as code, in the quotes that formatters prefer. */
export function quoted(text: string): string {
  const double = JSON.stringify(text);
  return text.includes('"') && !text.includes("'") ? `'${double.slice(1, -1).replaceAll('\\"', '"')}'` : double;
}
