import { type Resource, reference } from './cloudformation.ts';
import { dashboardRows } from './dashboard-rows.ts';
import type { Parameters } from './parameters.ts';

/** A heading and its graphs, in the dashboard's units. */
const ROW = 7;

export function createDashboard(parameters: Parameters): Resource {
  const widgets = dashboardRows(parameters).flatMap(({ question, graphs }, row) => [
    {
      type: 'text',
      ...{ x: 0, y: row * ROW, width: 24, height: 1 },
      properties: { markdown: `## ${question}` },
    },
    ...graphs.map((graph, column) => ({
      type: 'metric',
      ...{ x: column * 6, y: row * ROW + 1, width: 6, height: 6 },
      properties: {
        title: graph.title,
        region: reference('AWS::Region'),
        view: 'timeSeries',
        period: 60,
        metrics: graph.lines.map(({ metric, label, stat }) => [...metric, { label, stat }]),
      },
    })),
  ]);
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: `${parameters.name}-${parameters.stage}`,
      DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
    },
  };
}
