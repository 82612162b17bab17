// ReferenceModels
