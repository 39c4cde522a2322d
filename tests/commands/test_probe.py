import json
import time


def test_probe(fdscs, build, stage, dataset, float_file, quantised_file, config_file, left, right, tmp_path, capsys):
    with capsys.disabled():
        def go(*a):
            t=time.time(); r=fdscs(*a); print('\n$', *[str(x)[-40:] for x in a], '->', r.status, f'{time.time()-t:.1f}s'); print(r.out[-1500:]); print('ERR', repr(r.err[-1500:]))
        go('check', build, '--left', left, '--right', right, '--json', tmp_path/'c.json')
        print({k: (v if len(str(v))<200 else str(v)[:200]) for k,v in json.loads((tmp_path/'c.json').read_text()).items()})
        for b in ['brevitas','reference','qonnx','onnxruntime']:
            go('predict', build, '--left', left, '--right', right, '-o', tmp_path/f'{b}.png', '--backend', b)
        go('evaluate', build, '--dataset','folder','--root',dataset,'--json',tmp_path/'e.json')
        go('qat','-o',tmp_path/'run','--dataset','folder','--root',dataset,'--checkpoint',float_file,'--config',config_file,'--steps','2')
        (dataset/'disparity'/'000001.pfm').unlink()
        go('evaluate', build, '--dataset','folder','--root',dataset,'--json',tmp_path/'e2.json')
        go('evaluate', build, '--dataset','nope','--root',dataset,'--json',tmp_path/'e2.json')
        (dataset/'disparity'/'000000.pfm').unlink()
        go('export','--checkpoint',quantised_file,'-o',left,'--size','48x96')
        go('evaluate', build, '--dataset','folder','--root',dataset,'--json',tmp_path/'e2.json', '--list', ','.join(['000001']*60))
