// The same graph behind Node: fastify and onnxruntime-node, one thread, each request a call.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import * as ort from 'onnxruntime-node';

const [graph, port, length, items] = [process.argv[2], Number(process.argv[3]), 50, Number(process.argv[4])];
const session = await ort.InferenceSession.create(graph, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const server = Fastify();
server.post('/v1/recommendations', async request => {
  const { history, count } = request.body;
  const row = new BigInt64Array(length), forbidden = new BigInt64Array(32);
  const known = history.map(Number).filter(item => item > 0 && item <= items).slice(-32);
  known.forEach((item, at) => { row[length - known.length + at] = BigInt(item); forbidden[at] = BigInt(item); });
  const answer = await session.run({
    history: new ort.Tensor('int64', row, [1, length]),
    forbidden: new ort.Tensor('int64', forbidden, [1, 32]),
    count: new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), [1]),
  });
  return { items: Array.from(answer.items.data, (item, at) => ({ id: String(item), score: answer.scores.data[at], reason: 'model' })), model: { name: 'recommend', version: 1 } };
});
await server.listen({ port, host: '127.0.0.1' });
