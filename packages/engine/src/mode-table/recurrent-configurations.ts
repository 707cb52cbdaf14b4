/**
 * Recurrent layers and cells in the configurations of the mode inventory.
 */
import { GRU } from '../nn/gru.ts';
import { LSTM } from '../nn/lstm.ts';
import { GRUCell, LSTMCell, RNNCell } from '../nn/recurrent-cells.ts';
import { RNN } from '../nn/rnn.ts';
import { entry, inputs, type Configuration } from './configuration.ts';

const families = Object.entries({ RNN, LSTM, GRU }).flatMap(([name, Layer]): Configuration[] => [
  entry(name, 'num_layers=1', () => new Layer(6, 7), inputs.sequence),
  entry(name, 'num_layers=1,dropout=0.5 (warns)', () => new Layer(6, 7, { dropout: 0.5 }), inputs.sequence),
  entry(name, 'num_layers=2,dropout=0', () => new Layer(6, 7, { numLayers: 2 }), inputs.sequence),
  entry(name, 'num_layers=2,dropout=0.5', () => new Layer(6, 7, { numLayers: 2, dropout: 0.5 }), inputs.sequence),
  entry(name, 'num_layers=2,dropout=1.0', () => new Layer(6, 7, { numLayers: 2, dropout: 1 }), inputs.sequence),
]);

export const recurrentConfigurations: readonly Configuration[] = [
  ...families,
  entry('LSTM', 'num_layers=2,dropout=0.5,bidirectional,proj_size=3', () => new LSTM(6, 7, { numLayers: 2, dropout: 0.5, bidirectional: true, projSize: 3 }), inputs.sequence),
  entry('RNN', 'relu,num_layers=2,dropout=0.5', () => new RNN(6, 7, { numLayers: 2, nonlinearity: 'relu', dropout: 0.5 }), inputs.sequence),
  entry('LSTM', 'num_layers=2,dropout=0,no_grad', () => new LSTM(6, 7, { numLayers: 2 }), inputs.sequence, { noGrad: true }),
  entry('RNNCell', 'default', () => new RNNCell(6, 7), inputs.nc),
  entry('LSTMCell', 'default', () => new LSTMCell(6, 7), inputs.nc),
  entry('GRUCell', 'default', () => new GRUCell(6, 7), inputs.nc),
];
