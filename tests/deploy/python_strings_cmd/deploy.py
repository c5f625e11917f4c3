import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

cmd = "gcloud run deploy api"
cmd += " --region=us-central1"
if True:
    cmd = cmd + " --vpc-connector=%s" % "c"
subprocess.run(cmd.split())
subprocess.run(cmd, shell=True)
os.system(f"{cmd} --vpc-egress=all-traffic > /dev/null 2>&1 &")
subprocess.run("cd /tmp; for s in a b; do gcloud run deploy $s --region r; done", shell=True)
subprocess.run("if true; then gcloud run deploy t; else gcloud run deploy e; fi", shell=True)
subprocess.run("R=x gcloud run deploy env1 --region ${R:-dflt}", shell=True, env={**os.environ, "R": "outer"})
subprocess.run("gcloud run deploy env2 --region ${REGION:-dflt}", shell=True)
subprocess.run("export C=k && gcloud run deploy exp --vpc-connector=$C", shell=True)
subprocess.run("gcloud run deploy q --vpc-connector=\"a b\" --region='$C'", shell=True)
subprocess.run("f() { gcloud run deploy fn --region $1; }; f r1", shell=True)
subprocess.run("gcloud run deploy p | cat; test -f /nonexistent && gcloud run deploy no", shell=True)
subprocess.run("false && gcloud run deploy no2; true || gcloud run deploy no3; gcloud run deploy yes # gcloud run deploy comment", shell=True)
subprocess.run(["timeout", "60", "gcloud", "run", "deploy", "to"])
subprocess.run("timeout 60 gcloud run deploy to2", shell=True)
subprocess.run(["env", "A=b", "gcloud", "run", "deploy", "ev"])
subprocess.run("cat <<EOF\ngcloud run deploy heredoc\nEOF\necho gcloud run deploy echoed", shell=True)
subprocess.run("gcloud run deploy $(echo sub) --region `echo r`", shell=True)
subprocess.run("exit 0; gcloud run deploy afterexit", shell=True)
subprocess.run("(gcloud run deploy subshell)", shell=True)
subprocess.run("[ 1 = 2 ] || gcloud run deploy ortest", shell=True)
