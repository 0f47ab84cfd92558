import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { describeTokenTraining } from '../../contracts/token-training.js';
import { describeTokens } from '../../contracts/tokens.js';

describeTokens('onnx', createOnnxEngine);
describeTokenTraining('onnx', createOnnxEngine);
