import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { describeEngine } from '../../contracts/engine.js';

describeEngine('onnx', createOnnxEngine);
