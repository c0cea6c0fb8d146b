import type { Graph } from './graph.ts';

/** Says which files import each other in a circle: one sentence a circle, and each file in at most one sentence. */
export function findCircles(graph: Graph): string[] {
  const seen = new Set<string>();
  return [...graph.keys()].flatMap((file) => {
    const circle = seen.has(file) ? undefined : shortestCircle(graph, file);
    if (!circle) return [];
    for (const member of circle) seen.add(member);
    return `${circle.join(' → ')}: files import each other in a circle. Move what they share into a file that imports none of them.`;
  });
}

/** Goes from file to file, breadth first, until it is back. */
function shortestCircle(graph: Graph, start: string): string[] | undefined {
  const visited = new Set<string>();
  let paths = [[start]];
  while (paths.length > 0) {
    const longer: string[][] = [];
    for (const path of paths)
      for (const next of graph.get(path.at(-1) ?? '') ?? []) {
        if (next === start) return [...path, start];
        if (visited.has(next)) continue;
        visited.add(next);
        longer.push([...path, next]);
      }
    paths = longer;
  }
  return undefined;
}
