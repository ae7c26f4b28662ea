package words

import "strings"

// abbreviations are the field's short forms. The phrases of a line mean the same, whichever the case or the candidate uses.
// A form in capitals is an ordinary word or name in lower case, so it counts only where the candidate writes it in capitals.
const abbreviations = `
a/b = ab
a/b test = ab test = split test = online experiment = online test
ctr = click through rate = clickthrough rate
cvr = conversion rate
cpc = cost per click
cpm = cost per mille
gmv = gross merchandise value = gross merchandise volume
roi = return on investment
dau = daily active users
mau = monthly active users
mde = minimum detectable effect = minimal detectable effect
ndcg = normalized discounted cumulative gain = normalised discounted cumulative gain
dcg = discounted cumulative gain
mrr = mean reciprocal rank
MAP = mean average precision
auc = area under the curve = roc auc = auroc
roc = receiver operating characteristic
pr-auc = prauc = auprc = auc pr = area under the precision recall curve = average precision
fpr = false positive rate
tpr = true positive rate
fnr = false negative rate
FAR = false accept rate = false acceptance rate
FRR = false reject rate = false rejection rate
TAR = true accept rate = true acceptance rate
eer = equal error rate
iou = intersection over union
nms = non maximum suppression = non max suppression
mae = mean absolute error
mse = mean squared error
rmse = root mean squared error
ece = expected calibration error = calibration error
NE = normalized entropy = normalized cross entropy = normalised cross entropy
bce = binary cross entropy = log loss = logloss
ann = approximate nearest neighbour = approximate nearest neighbor
knn = k nearest neighbour = k nn
hnsw = hierarchical navigable small world
ivf = inverted file index
pq = product quantization = product quantisation
mips = maximum inner product search
lsh = locality sensitive hashing
mf = matrix factorization = matrix factorisation
als = alternating least squares
bpr = bayesian personalized ranking = bayesian personalised ranking
svd = singular value decomposition
pca = principal component analysis
CF = collaborative filtering
FM = factorization machine = factorisation machine
gbdt = gbm = gradient boosted decision trees = gradient boosting = gradient boosted trees = boosted trees = xgboost = lightgbm
ltr = learning to rank
dcn = deep and cross network = deep cross network = deep & cross
dlrm = deep learning recommendation model
mlp = multilayer perceptron = feed forward network = feedforward network
dnn = deep neural network
cnn = convolutional neural network = convnet
rnn = recurrent neural network
gnn = graph neural network
llm = large language model
vit = vision transformer
mmoe = multi gate mixture of experts
moe = mixture of experts
sgd = stochastic gradient descent
ips = ipw = inverse propensity scoring = inverse propensity weighting = inverse propensity score
ope = off policy evaluation = counterfactual evaluation
cuped = controlled experiment using pre experiment data
psi = population stability index
KS = kolmogorov smirnov
KL = kullback leibler
tf-idf = tfidf = term frequency inverse document frequency
rag = retrieval augmented generation
ocr = optical character recognition
oov = out of vocabulary
ugc = user generated content
pii = personally identifiable information = personal data
gdpr = general data protection regulation
qps = rps = queries per second = requests per second = searches per second
p99 = 99th percentile = p 99 = ninety ninth percentile
p95 = 95th percentile = p 95
p50 = 50th percentile = median
slo = service level objective
sla = service level agreement
ttl = time to live
gb = gigabyte = gib
mb = megabyte
tb = terabyte
ms = millisecond
ram = main memory
ssd = solid state drive
gpu = graphics card
cdn = content delivery network
i2i = item to item
u2i = user to item
look-alike = lookalike
near-duplicate = near dup
data set = dataset
re-rank = rerank
re-index = reindex
re-train = retrain
roll back = rollback
hold out = holdout
cold start = coldstart
in-batch = inbatch
`

// synonyms is one line of abbreviations.
type synonyms []Form

// Form is one phrase, such as an alternative of a group of evidence. Capitals requires that it is written in capitals.
type Form struct {
	Stems    []Stem
	Capitals bool
}

func (v *Vocabulary) compileAbbreviations() []synonyms {
	var all []synonyms
	for line := range strings.Lines(abbreviations) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var s synonyms
		for text := range strings.SplitSeq(line, " = ") {
			s = append(s, Form{Stems: v.Stems(text), Capitals: text == strings.ToUpper(text)})
		}
		all = append(all, s)
	}
	return all
}

// Stems returns the stems of a phrase as the tokenizer splits it.
func (v *Vocabulary) Stems(text string) []Stem {
	words := Split(text)
	out := make([]Stem, len(words))
	for i, w := range words {
		out[i] = v.Stem(w.Text)
	}
	return out
}
