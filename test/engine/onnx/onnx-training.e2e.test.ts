import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { describeEndToEndTraining } from '../../contracts/end-to-end-training.js';
import { describeStandardizedTraining } from '../../contracts/standardized-training.js';
import { describeTraining } from '../../contracts/training.js';

describeTraining('onnx', createOnnxEngine);
describeEndToEndTraining('onnx', createOnnxEngine);
describeStandardizedTraining('onnx', createOnnxEngine);
