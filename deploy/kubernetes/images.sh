#!/usr/bin/env bash
# Builds the images with the .NET SDK alone, no Docker: each into a tar archive, or pushed where REGISTRY is set.
#   ./images.sh 0.1.0                                  artifacts/images/*.tar.gz
#   REGISTRY=registry.example.com ./images.sh 0.1.0    pushed; credentials as docker login keeps them
#   GPU=true ./images.sh 0.1.0-gpu                     with the CUDA builds of TorchSharp and ONNX Runtime
#   BASE=registry.example.com/dotnet-base:10.0 …       another base; the trainer's needs libgomp1 (see base-image/Dockerfile)
set -euo pipefail
cd "$(dirname "$0")/../.."
tag=${1:?say which tag}
out="$PWD/artifacts/images"
mkdir -p "$out"
publish() {
  local name=$1 project=$2
  dotnet publish "$project" --configuration Release --os linux --arch x64 /t:PublishContainer \
    "-p:ContainerRepository=modelops/$name" "-p:ContainerImageTag=$tag" "-p:Gpu=${GPU:-false}" \
    ${BASE:+"-p:ContainerBaseImage=$BASE"} \
    "$([ -n "${REGISTRY:-}" ] && echo "-p:ContainerRegistry=$REGISTRY" || echo "-p:ContainerArchiveOutputPath=$out/$name.tar.gz")"
}
publish registry services/registry
publish data-prep services/data-prep
publish trainer services/trainer
publish inference services/inference
publish monitor services/monitor
publish pipeline services/pipeline
publish dashboard web-dashboard

# What is in them: a CycloneDX bill of materials of all packages, development's and tests' left out.
dotnet tool exec --yes cyclonedx@6.3.1 -- ModelOps.Aspire.sln --output "$PWD/artifacts/sbom" --filename modelops.json --output-format Json \
  --exclude-test-projects --disable-package-restore --set-name ModelOps --set-version "$tag"
