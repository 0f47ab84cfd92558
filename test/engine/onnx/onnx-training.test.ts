import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { describeEndToEndTraining } from '../../contracts/end-to-end-training.js';
import { describeTraining } from '../../contracts/training.js';

describeTraining('onnx', createOnnxEngine);
describeEndToEndTraining('onnx', createOnnxEngine);
