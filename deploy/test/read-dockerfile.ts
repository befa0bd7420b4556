export interface Instruction {
  name: string;
  /** All that follows its name, on one line. */
  text: string;
  words: string[];
}

/** The instructions of a Dockerfile in their order, without comments. */
export function readDockerfile(source: string): Instruction[] {
  return source
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...words] = line.split(/\s+/);
      return { name, text: line.slice(name.length).trim(), words };
    });
}
